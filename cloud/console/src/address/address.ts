/**
 * The address of the page (cloud/console/src/address) as signals: which view it names, and its filters, which are kept in it. router.ts reads
 * it, browser.ts keeps it as the browser has it.
 */
import { computed, signal } from '@preact/signals';
import { parseRoute } from './router.ts';

/** The part from # on; browser.ts keeps it as the browser has it. */
export const hash = signal('');

export const route = computed(() => parseRoute(hash.value));

/** The path of the view, without its filters: another one is another view. */
export const path = computed(() => hash.value.split('?', 1)[0]!);

export const parameters = computed(() => new URLSearchParams(hash.value.split('?', 2)[1] ?? ''));

export const parameter = (name: string): string => parameters.value.get(name) ?? '';

/** Changes filters in the address; an empty one is left out. Going back leads past it. */
export function setParameters(changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(parameters.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name);
    else next.set(name, value);
  }
  const query = next.toString();
  hash.value = `${path.value || '#/'}${query === '' ? '' : `?${query}`}`;
}
