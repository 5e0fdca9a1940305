/** Content that was set aside, so that a person can read it. */
const shownMax = 20_000;

/** Base64 as text, and as bytes where it is none: what is not text is shown as hexadecimal numbers. */
export function payloadText(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const shown = bytes.subarray(0, shownMax);
  const cut = bytes.length > shownMax ? '\n…' : '';
  try {
    return `${new TextDecoder('utf-8', { fatal: cut === '' }).decode(shown)}${cut}`;
  } catch {
    return `${[...shown].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}${cut}`;
  }
}
