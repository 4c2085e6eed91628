// The arrays of a map. Each has an address that names its content, so what was fetched once is never fetched again.
const KEPT = 48;
const fetched = new Map(); // address -> promise of an ArrayBuffer

function bytes(address) {
  if (!fetched.has(address)) {
    const wait = fetch(address).then((reply) => {
      if (!reply.ok) throw new Error(`layer ${reply.status}`);
      return reply.arrayBuffer();
    });
    wait.catch(() => fetched.delete(address));
    fetched.set(address, wait);
    if (fetched.size > KEPT) fetched.delete(fetched.keys().next().value);
  }
  return fetched.get(address);
}

const KINDS = { f4: Float32Array, u4: Uint32Array, u1: Uint8Array };

// The content of a layer {url, kind}: a typed array, or for the kind "json" what it says; null for no layer.
export async function layer(about) {
  if (!about) return null;
  const found = await bytes(about.url);
  return about.kind === "json" ? JSON.parse(new TextDecoder().decode(found)) : new KINDS[about.kind](found);
}
