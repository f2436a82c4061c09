// Which files the browser refuses before sending a byte. The server judges again.

const LIMIT_BYTES = 200_000_000;
const ACCEPTED = /\.(jpe?g|png|tiff?|webp|cr2|cr3|crw|nef|nrw|arw|srf|sr2|dng|raf|rw2|orf|pef|srw|3fr|iiq|x3f|mrw)$/i;
const ACCEPTED_TYPES = ["image/jpeg", "image/png", "image/tiff", "image/webp"];
const HEIC = /\.(heic|heif|hif)$/i;
const AVIF = /\.avif$/i;
const UNREADABLE = {
  HEIC: "HEIC cannot be read yet. Export it as JPEG, then add that file. For new photos on an iPhone, choose Settings, Camera, Formats, Most Compatible.",
  AVIF: "AVIF cannot be read yet. Export it as JPEG, then add that file.",
};

/** A sentence that says what to do, or null where the file may be sent. */
export async function refusal(file) {
  const kind = (await kindByBytes(file)) ?? kindByName(file);
  if (kind) return UNREADABLE[kind];
  if (!ACCEPTED.test(file.name) && !ACCEPTED_TYPES.includes(file.type)) return "This is not a photo that can be read. Export it as JPEG or TIFF, then add that file.";
  if (file.size === 0) return "This file is empty. Copy it from the card again, then add it.";
  if (file.size > LIMIT_BYTES) return `This file has ${Math.ceil(file.size / 1e6)} MB; the most is 200 MB. Export it smaller, then add that file.`;
  return null;
}

function kindByName({ name, type }) {
  if (HEIC.test(name) || /^image\/hei[cf]/.test(type)) return "HEIC";
  return AVIF.test(name) || type === "image/avif" ? "AVIF" : null;
}

// Phones and their apps rename such files to .jpg. The first box of one names its brands.
async function kindByBytes(file) {
  const head = await file.slice(0, 56).arrayBuffer().catch(() => new ArrayBuffer(0));
  const text = new TextDecoder("latin1").decode(head);
  if (text.slice(4, 8) !== "ftyp") return null;
  const brands = text.slice(8).match(/.{4}/gs) ?? [];
  if (/^(avif|avis)$/.test(brands[0])) return "AVIF";
  if (/^(mif1|msf1|miaf)$/.test(brands[0])) return brands.some((brand) => /^avi[fs]$/.test(brand)) ? "AVIF" : "HEIC";
  return /^he(ic|ix|vc|vx|im|is)$/.test(brands[0]) ? "HEIC" : null;
}
