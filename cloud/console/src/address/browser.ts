/** The browser's address bar and the address of the page follow each other. */
import { effect } from '@preact/signals';
import { hash } from './address.ts';

export function followAddress(): void {
  hash.value = location.hash;
  window.addEventListener('hashchange', () => {
    hash.value = location.hash;
  });
  effect(() => {
    if (hash.value !== location.hash && hash.value !== '') history.replaceState(null, '', hash.value);
  });
}
