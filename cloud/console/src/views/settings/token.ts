/** A token is made in the browser, so that only its hash travels. */
import { ApiFailure } from '../../api/api-failure.ts';
import { texts } from '../../words/words.ts';

const tokenBytes = 24;

/** @throws ApiFailure where the browser offers no hash: over plain HTTP from another computer */
export async function newToken(): Promise<{ token: string; tokenHash: string }> {
  if (!globalThis.crypto?.subtle) throw new ApiFailure(0, texts().plant.people.noHash);
  const token = base64url(crypto.getRandomValues(new Uint8Array(tokenBytes)));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return { token, tokenHash: base64url(new Uint8Array(hash)) };
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
