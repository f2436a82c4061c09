// Which files the browser refuses before sending a byte. The server judges again.

const LIMIT_BYTES = 200_000_000;
const ACCEPTED = /\.(jpe?g|png|tiff?|webp|cr2|cr3|crw|nef|nrw|arw|srf|sr2|dng|raf|rw2|orf|pef|srw|3fr|iiq|x3f|mrw)$/i;
const ACCEPTED_TYPES = ["image/jpeg", "image/png", "image/tiff", "image/webp"];
const HEIC = /\.(heic|heif|hif)$/i;

/** A sentence that says what to do, or null where the file may be sent. */
export function refusal(file) {
  if (HEIC.test(file.name) || /^image\/hei[cf]/.test(file.type)) return "HEIC cannot be read yet. Export it as JPEG, then add that file.";
  if (!ACCEPTED.test(file.name) && !ACCEPTED_TYPES.includes(file.type)) return "This is not a photo that can be read. Export it as JPEG or TIFF, then add that file.";
  if (file.size === 0) return "This file is empty. Copy it from the card again, then add it.";
  if (file.size > LIMIT_BYTES) return `This file has ${Math.ceil(file.size / 1e6)} MB; the most is 200 MB. Export it smaller, then add that file.`;
  return null;
}
