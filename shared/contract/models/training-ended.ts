import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../topics.ts';

/** How a training by what a cloud has stored has ended. */
export const TrainingEnded = Type.Object({
  machineType: Type.String({ ...plainName }),
  by: Type.String({ maxLength: 100, description: 'schedule, or who has asked for it' }),
  why: Type.String({ maxLength: 500 }),
  beganAt: Type.String({ maxLength: 40, description: 'RFC 3339' }),
  model: Type.Optional(
    Type.String({ maxLength: 140, description: 'the candidate, name@version; absent: none was trained' }),
  ),
  against: Type.Optional(
    Type.String({ maxLength: 140, description: 'the version that it was compared with' }),
  ),
  isNotWorse: Type.Boolean({ description: 'false as well if none was trained' }),
  isPushed: Type.Boolean({ description: 'it is in the registry' }),
  isShadow: Type.Boolean({ description: 'a shadow of it was asked for' }),
  reasons: Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 16 }),
  problem: Type.Optional(Type.String({ maxLength: 1_000, description: 'why none was trained' })),
});
export type TrainingEnded = Static<typeof TrainingEnded>;
