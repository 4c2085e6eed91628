// The points: by WebGL, or, where there is none, by an ordinary canvas that draws the first few of them.
// Both have draw(scene): matrix, size of the canvas, diameter of a point, share of the way between two sets of positions.
export const CANVAS_MOST = 20000; // points of the ordinary canvas

const VERTEX = `
attribute vec3 origin; attribute vec3 target; attribute vec4 colour;
uniform mat4 camera; uniform float share; uniform float diameter; uniform float depth;
varying vec4 tint;
void main() {
  gl_Position = camera * vec4(mix(origin, target, share), 1.0);
  float scale = depth > 0.0 ? clamp(depth / gl_Position.w, 0.5, 4.0) : 1.0;
  gl_PointSize = diameter * scale;
  tint = colour;
  if (depth > 0.0) tint.a *= clamp(1.35 - 0.5 * gl_Position.w / depth, 0.25, 1.0);
}`;
const FRAGMENT = `
precision mediump float;
varying vec4 tint;
void main() {
  float away = length(gl_PointCoord - 0.5);
  if (away > 0.5) discard;
  float alpha = tint.a * smoothstep(0.5, 0.4, away);
  gl_FragColor = vec4(tint.rgb * alpha, alpha);
}`;

export function painter(canvas) {
  const gl = canvas.getContext("webgl2", { premultipliedAlpha: true, antialias: false })
    || canvas.getContext("webgl", { premultipliedAlpha: true, antialias: false });
  return gl ? new Gpu(gl) : new Plain(canvas.getContext("2d"));
}

class Gpu {
  constructor(gl) {
    this.gl = gl;
    this.webgl = true;
    this.lost = false;
    gl.canvas.addEventListener("webglcontextlost", (event) => { event.preventDefault(); this.lost = true; });
    gl.canvas.addEventListener("webglcontextrestored", () => { this.lost = false; this.begin(); this.upload(this.data); });
    this.begin();
  }

  begin() {
    const { gl } = this;
    this.program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    this.buffers = { origin: gl.createBuffer(), target: gl.createBuffer(), colour: gl.createBuffer() };
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  // Take what is new: `origin`, `target` (Float32Array, 2 or 3 numbers a point), `colour` (Uint8Array, RGBA a point).
  upload(data) {
    this.data = { ...this.data, ...data };
    const { gl } = this;
    for (const [name, array] of Object.entries(data)) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
    }
  }

  draw({ matrix, width, height, ratio, count, numbers, share, diameter, depth }) {
    if (this.lost) return;
    const { gl, program } = this;
    gl.viewport(0, 0, width * ratio, height * ratio);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl[depth ? "enable" : "disable"](gl.DEPTH_TEST);
    gl.useProgram(program);
    for (const [name, size, kind] of [["origin", numbers, gl.FLOAT], ["target", numbers, gl.FLOAT], ["colour", 4, gl.UNSIGNED_BYTE]]) {
      const at = gl.getAttribLocation(program, name);
      gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
      gl.enableVertexAttribArray(at);
      gl.vertexAttribPointer(at, size, kind, kind !== gl.FLOAT, 0, 0);
    }
    gl.uniformMatrix4fv(gl.getUniformLocation(program, "camera"), false, matrix);
    for (const [name, value] of Object.entries({ share, diameter: diameter * ratio, depth })) {
      gl.uniform1f(gl.getUniformLocation(program, name), value);
    }
    gl.drawArrays(gl.POINTS, 0, count);
  }

  drop() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

class Plain {
  constructor(pen) {
    this.pen = pen;
    this.webgl = false;
    this.data = {};
  }

  upload(data) {
    Object.assign(this.data, data);
  }

  draw({ width, height, ratio, count, diameter, project, order }) {
    const { pen, data: { colour } } = this;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const half = diameter / 2;
    for (let turn = Math.min(count, CANVAS_MOST) - 1; turn >= 0; turn -= 1) {
      const point = order[turn];
      const [x, y] = project(point);
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const at = 4 * point;
      pen.fillStyle = `rgba(${colour[at]},${colour[at + 1]},${colour[at + 2]},${colour[at + 3] / 255})`;
      pen.fillRect(x - half, y - half, diameter, diameter);
    }
  }

  drop() {}
}
