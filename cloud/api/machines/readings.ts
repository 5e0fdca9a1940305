import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { HttpError } from '../../../shared/http/errors.ts';
import { answers } from '../../../shared/http/openapi.ts';
import type { SeriesPoint, TextPoint } from '../../ports/store.ts';
import type { RouteContext } from '../context.ts';
import { Name, Time, timeMs } from '../schemas.ts';
import { findMachine } from './find-machine.ts';
import { joinedSeries, joinedStates, storedNamesOf } from './joined.ts';

const sensorsMax = 64;

const Query = Type.Object(
  {
    site: Name,
    machine: Name,
    gateway: Type.Optional(Name),
    sensor: Type.Optional(
      Type.Array(Type.String({ maxLength: 2_000 }), {
        maxItems: sensorsMax,
        description: 'one or several, repeated or separated by commas; all if absent',
      }),
    ),
    measurement: Type.Optional(
      Type.Literal('estimate', {
        description: 'the history of health and remaining life instead of sensors',
      }),
    ),
    from: Type.Optional({ ...Time, description: `${Time.description}; one hour before \`to\` if absent` }),
    to: Type.Optional({ ...Time, description: `${Time.description}; now if absent` }),
    points: Type.Integer({ minimum: 1, maximum: 5_000, default: 600, description: 'at most, per sensor' }),
  },
  { additionalProperties: false },
);
type Query = Static<typeof Query>;

const States = Type.Object({
  timesMs: Type.Array(Type.Number(), { description: 'ascending, ms since 1970' }),
  texts: Type.Array(Type.String(), { description: 'the text from that time on, up to the next one' }),
});

const Answer = Type.Object({
  measurement: Type.String(),
  fromMs: Type.Number(),
  toMs: Type.Number(),
  timesMs: Type.Array(Type.Number(), { description: 'ascending, ms since 1970' }),
  values: Type.Record(Type.String(), Type.Array(Type.Union([Type.Number(), Type.Null()])), {
    description: 'by sensor, one value a time: the mean of a bucket, or null',
  }),
  states: Type.Record(Type.String(), States, {
    description:
      'by sensor that sends texts, such as AUTO: when its text changed; of a bucket the last one counts',
  }),
});

type ReadingContext = Pick<RouteContext, 'machines' | 'decommissioning' | 'store' | 'clock'>;

export function readingRoutes(app: FastifyInstance, context: ReadingContext): void {
  app.get<{ Querystring: Query }>(
    '/api/readings',
    {
      schema: {
        summary: 'Readings of one machine, under all names it has had, down-sampled to `points`',
        querystring: Query,
        response: answers('the readings, by columns', Answer),
      },
    },
    async (request) => {
      const { site, machine, measurement, points } = request.query;
      const { retired } = context.decommissioning;
      const { state } = findMachine(context.machines, retired, request.query);
      const range = rangeOf(request.query, context.clock.nowMs());
      const query = {
        measurement: measurement ?? state.machineType,
        gateway: state.gateway,
        site,
        machine,
        pointsMax: points,
        ...range,
      };
      const fields = sensorsOf(request.query.sensor);
      const wanted = fields ? { ...query, fields } : query;
      const names = storedNamesOf(retired, state);
      const isOfType = measurement === undefined;
      const series = await joinedSeries(context.store, wanted, names, isOfType);
      const states = isOfType ? changesOf(await joinedStates(context.store, wanted, names)) : {};
      const columns = columnsOf(series, fields ?? []);
      return { measurement: query.measurement, ...range, ...columns, states };
    },
  );
}

function rangeOf(query: Query, nowMs: number): { fromMs: number; toMs: number } {
  const toMs = query.to === undefined ? nowMs : timeMs(query.to, 'to');
  const fromMs = query.from === undefined ? toMs - 3_600_000 : timeMs(query.from, 'from');
  if (fromMs >= toMs) throw new HttpError(400, 'API_INPUT', "parameter 'from' must lie before 'to'");
  return { fromMs, toMs };
}

function sensorsOf(texts: string[] | undefined): string[] | undefined {
  if (texts === undefined) return undefined;
  const sensors = [...new Set(texts.flatMap((text) => text.split(',')).map((name) => name.trim()))];
  const bad = sensors.find((name) => !new RegExp(Name.pattern ?? '').test(name));
  if (bad !== undefined)
    throw new HttpError(400, 'API_INPUT', `parameter 'sensor': bad name '${bad.slice(0, 80)}'`);
  if (sensors.length > sensorsMax) {
    throw new HttpError(400, 'API_INPUT', `parameter 'sensor': more than ${sensorsMax} sensors`);
  }
  return sensors;
}

/** Turns rows into columns, which are smaller on the wire and are the form that charts need. */
function columnsOf(series: SeriesPoint[], fields: string[]) {
  const names = new Set(fields);
  for (const point of series) for (const name of Object.keys(point.values)) names.add(name);
  const values = Object.fromEntries(
    [...names].map((name) => [name, series.map((point) => point.values[name] ?? null)]),
  );
  return { timesMs: series.map((point) => point.timeMs), values };
}

/** Leaves the points at which a text differs from the one before. */
function changesOf(states: ReadonlyMap<string, readonly TextPoint[]>): Record<string, Static<typeof States>> {
  return Object.fromEntries(
    [...states].map(([sensor, points]) => {
      const changes = points.filter(({ text }, i) => text !== points[i - 1]?.text);
      return [
        sensor,
        { timesMs: changes.map(({ timeMs }) => timeMs), texts: changes.map(({ text }) => text) },
      ];
    }),
  );
}
