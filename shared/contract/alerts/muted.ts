/** The muting of a machine by a person, as events about its alerts carry it. */
import { type Static, Type } from '@sinclair/typebox';

export const Muted = Type.Object(
  {
    by: Type.String({ maxLength: 200, description: 'who wants it; empty if not said' }),
    why: Type.String({ maxLength: 500 }),
    until: Type.Optional(
      Type.String({ maxLength: 40, description: 'RFC 3339; absent: until somebody takes it back' }),
    ),
  },
  { description: 'set while a person has muted its machine: nobody is told of it' },
);
export type Muted = Static<typeof Muted>;

/** A sentence for people. @param timeText writes when it ends */
export function mutedText({ by, why, until }: Muted, timeText: (ms: number) => string): string {
  const who = by === '' ? '' : ` by ${by}`;
  return `Muted${who}${until === undefined ? '' : ` until ${timeText(Date.parse(until))}`}: ${why}`;
}

/** True for the sentence that a machine was muted, which nobody is told. */
export const isMutedText = (text: string): boolean => /^Muted( by | until |:)/.test(text);
