// Changes that take a moment, so that the eye can follow; at once for who asked the system for less motion.
const TIME = 450; // milliseconds

// Call `step(share)` for each frame, from 0 to 1, slowly at both ends. Returns what ends it early.
export function animate(step) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const began = performance.now();
  let going = true;
  const frame = (now) => {
    if (!going) return;
    const share = calm ? 1 : Math.min(1, Math.max(0, (now - began) / TIME));
    step(share * share * (3 - 2 * share));
    if (share < 1) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  return () => { going = false; };
}
