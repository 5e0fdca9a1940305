import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../shared/http/errors.ts';
import { answers } from '../../shared/http/openapi.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { MachineAdmin } from '../ports/retiring.ts';

const Name = Type.String({ minLength: 1, maxLength: 64 });
const Time = Type.Number({ description: 'ms since 1970' });
const Count = Type.Integer({ minimum: 0 });
/** A number, a text or null: a schema that says so would make 0 of null. */
const Cell = Type.Unsafe<number | string | null>(Type.Unknown());
const Lesson = Type.Object(
  {
    site: Name,
    machine: Name,
    by: Type.Optional(
      Type.String({ maxLength: 100, description: 'who asks for it; the caller’s address if absent' }),
    ),
    teaching: Type.String({
      minLength: 1,
      maxLength: 64,
      description: 'an id that whoever begins a teaching makes, the same in all of its requests',
    }),
    sensors: Type.Array(Name, { minItems: 1, maxItems: 1_024, description: 'the columns after the time' }),
    rows: Type.Array(
      Type.Array(Cell, {
        maxItems: 1_025,
      }),
      {
        maxItems: 10_000,
        description:
          'each: its time (ms since 1970), then a value for each sensor, null where it sent none; the oldest first',
      },
    ),
    isFirst: Type.Boolean({ description: 'begins it; otherwise it goes on with the request before' }),
    isLast: Type.Boolean({ description: 'what was learnt is what is normal from now on' }),
    isSure: Type.Optional(
      Type.Boolean({ description: 'with the last request: teach it although it is doubtful (`doubts`)' }),
    ),
  },
  { additionalProperties: false },
);
export const IsSaved = Type.Boolean({
  description:
    'false if a change could not be written to disk: it is in force, and lost if the gateway ends before the next save',
});
const Doubt = Type.Object({
  sensor: Type.String(),
  is: Type.String({
    description:
      '`constant`: it moves, and is always the same in the history; `elsewhere`: it never is there where it is now, as in another unit or of another machine',
  }),
  low: Type.Number({ description: 'between which values it is in the history' }),
  high: Type.Number(),
  nowLow: Type.Union([Type.Number(), Type.Null()], {
    description: 'between which values it was since it was watched; null if that is not known',
  }),
  nowHigh: Type.Union([Type.Number(), Type.Null()]),
});
const Taught = Type.Object({
  isKnown: Type.Boolean(),
  isTaught: Type.Boolean({
    description: 'false before the last row, and if they were too few, had no values, or are doubtful',
  }),
  isSaved: IsSaved,
  rows: Count,
  atRest: Count,
  leftOut: Type.Integer({ minimum: 0, description: 'rows out of order, or of the future' }),
  withoutTime: Type.Integer({ minimum: 0, description: 'of those left out: rows without a time' }),
  ofFuture: Type.Integer({ minimum: 0, description: 'of those left out: rows of the future' }),
  unknownSensors: Type.Array(Type.String()),
  emptySensors: Type.Array(Type.String(), {
    description: 'sensors of the machine of which no row had a value',
  }),
  doubts: Type.Array(Doubt, {
    description:
      'sensors that are otherwise in the history than the machine has shown them; of the last request',
  }),
  fromMs: Type.Union([Time, Type.Null()]),
  toMs: Type.Union([Time, Type.Null()]),
  learning: Type.Union([Type.Object({ days: Count, needed: Count }), Type.Null()], {
    description: 'days of which is known how its sensors go together; null if that is enough',
  }),
});
const lessonBytesMax = 4 << 20;

/** `POST /api/machines/teach`. */
export function teachingRoute(
  app: FastifyInstance,
  { machines, log }: { machines: Pick<MachineAdmin, 'teach'>; log: Log },
): void {
  app.post<{ Body: Static<typeof Lesson> }>(
    '/api/machines/teach',
    {
      bodyLimit: lessonBytesMax,
      schema: {
        summary: 'Learn what is normal for a machine from its history',
        description:
          'In one request or several. No decision is made about any row. With the last one, what was learnt takes the place of what was normal before, unless it is too little, or doubtful and nobody is sure; faults that people have named stay. Refused with 409 if another teaching of the machine has begun, or the gateway does not know this one any more: begin anew. Refused with 429 while four other machines are being taught.',
        body: Lesson,
        response: answers('how far it is taught', Taught),
      },
    },
    async (request) => {
      const { site, machine, by = request.ip, ...lesson } = request.body;
      const outcome = await refusals(() => machines.teach({ site, machine }, lesson));
      const { isTaught, isSaved, rows } = outcome;
      if (lesson.isLast)
        log.info(
          { machine: `${site}/${machine}`, by, address: request.ip, isTaught, isSaved, rows },
          'machines: one was taught from its history',
        );
      return outcome;
    },
  );
}

/** Seconds after which a teaching that was left alone has made room. */
const busyS = 60;

async function refusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HarbingerError)) throw error;
    if (error.code === 'TEACHING_UNKNOWN') throw new HttpError(409, error.code, error.message);
    if (error.code === 'TEACHING_BUSY') throw new HttpError(429, error.code, error.message, busyS);
    throw error;
  }
}
