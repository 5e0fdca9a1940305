/**
 * Records of decisions (shared/contract/decisions): what a gateway decided by itself, and what of. Every field that is
 * added here is optional, and every value that is added a text: a cloud that does not know it keeps it.
 */
import { type Static, Type } from '@sinclair/typebox';

const Share = Type.Number({ minimum: 0, maximum: 1 });

/** The readings that were judged: how to find them again, and how to tell that they are the same. */
export const JudgedWindow = Type.Object({
  sha256: Type.String({
    maxLength: 64,
    description:
      'of the window as it was judged: rows × columns 32-bit floats, little-endian, oldest row first, absent values as the one NaN 0x7fc00000',
  }),
  rows: Type.Integer({ minimum: 0 }),
  columns: Type.Integer({ minimum: 0 }),
  end: Type.String({ maxLength: 40, description: 'the time of its newest reading; RFC 3339' }),
  journal: Type.Optional(
    Type.Object(
      {
        id: Type.String({ maxLength: 64, description: 'of the gateway’s journal' }),
        from: Type.Integer({ minimum: 0 }),
        to: Type.Integer({ minimum: 0 }),
      },
      { description: 'the blocks of readings in which its oldest and its newest row were completed' },
    ),
  ),
});
export type JudgedWindow = Static<typeof JudgedWindow>;

/** The breaker around the active policy, while it is not closed. */
export const BreakerNote = Type.Object({
  state: Type.String({ maxLength: 64, description: 'open or half-open' }),
  openedBy: Type.String({
    maxLength: 64,
    description: 'failures, latency or trend; a newer gateway may have others',
  }),
  detail: Type.String({ maxLength: 300, description: 'a sentence with its numbers' }),
});
export type BreakerNote = Static<typeof BreakerNote>;

/** The word of a person that stood in place of what would have been decided. */
export const OverrideNote = Type.Object({
  by: Type.String({ maxLength: 200, description: 'who wants it; empty if not said' }),
  why: Type.Optional(Type.String({ maxLength: 500 })),
  until: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339; absent: until it is removed' })),
  document: Type.Optional(
    Type.String({ maxLength: 300, description: 'as `harbinger fleet list` shows it, and its version' }),
  ),
});

export const DecisionRecord = Type.Object({
  decisionId: Type.String(),
  decision: Type.String({ description: 'which decision this is, e.g. alert' }),
  subject: Type.String({ description: 'the subject of the decision, e.g. site/machine' }),
  inputs: Type.Record(Type.String(), Type.Unknown()),
  answer: Type.Record(Type.String(), Type.Unknown()),
  reasons: Type.Array(Type.String(), { maxItems: 16 }),
  confidence: Share,
  policy: Type.Object({
    name: Type.String(),
    version: Type.String(),
    backend: Type.Optional(Type.String({ maxLength: 64, description: 'where a model computed, e.g. wasm' })),
  }),
  mode: Type.String({
    maxLength: 64,
    description: 'active, fallback, or override: a person wanted it so; a newer gateway may have others',
  }),
  fallbackCause: Type.Optional(Type.String({ description: 'why the active policy did not answer' })),
  latencyMs: Type.Number({ minimum: 0 }),
  window: Type.Optional(JudgedWindow),
  breaker: Type.Optional(BreakerNote),
  override: Type.Optional(OverrideNote),
});
export type DecisionRecord = Static<typeof DecisionRecord>;
