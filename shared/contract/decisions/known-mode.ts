/** How a record was decided, as far as this program knows it. */
export type KnownMode = 'active' | 'fallback' | 'override';

/** Null for a mode that only a newer gateway knows: nothing may be concluded of it, such as that it was acted upon. */
export function knownMode({ mode }: { mode: string }): KnownMode | null {
  return mode === 'active' || mode === 'fallback' || mode === 'override' ? mode : null;
}
