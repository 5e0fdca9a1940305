/**
 * The content of documents of the kind `lessons`: what warnings of the self-learned detector turned out to be, by which a gateway
 * learns how far something must be off, and for how long, before it warns of it.
 */
import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../topics.ts';

export const lessonLimits = {
  /** Machines and causes in a document, the latest ones. */
  entriesMax: 60,
  /** Times of each kind in an entry, the latest ones. */
  timesMax: 4,
} as const;

const Times = Type.Array(Type.Integer({ minimum: 0 }), {
  maxItems: lessonLimits.timesMax,
  description: 'when such warnings were raised, ms since 1970',
});

export const Lesson = Type.Object({
  site: Type.String({ ...plainName }),
  machine: Type.String({ ...plainName }),
  failureMode: Type.String({ ...plainName }),
  falseMs: Times,
  rightMs: Times,
});
export type Lesson = Static<typeof Lesson>;

export const LessonsBody = Type.Object({
  lessons: Type.Array(Lesson, { maxItems: lessonLimits.entriesMax }),
});
export type LessonsBody = Static<typeof LessonsBody>;
