// Names that need no server: UUIDs of entries and SHA-256 of photos.

// crypto.randomUUID is missing outside secure contexts and in browsers of before 2021.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// What goes wrong here has a `code` that views have words for; `name` stays what it was.
export class Trouble extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    Object.assign(this, facts);
  }
}

// Browsers hash only where nobody can listen: https, or this very machine.
export const canHash = () => !!(self.crypto && crypto.subtle);

async function digest(content) {
  if (!canHash()) throw new Trouble("https");
  const bytes = content instanceof Blob ? await content.arrayBuffer() : content;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export const sha256 = async (content) => toHex(await digest(content));

// RFC 9530, as the server checks each piece of a photo.
export const contentDigest = async (content) =>
  `sha-256=:${btoa(String.fromCharCode(...(await digest(content))))}:`;

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
