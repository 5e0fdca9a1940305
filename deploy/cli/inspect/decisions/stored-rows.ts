import type { StoredDecision } from '../../../../cloud/ports/history.ts';
import type { StoredReadings } from '../../../../gateway/ports/replay/replay.ts';
import { type Endpoint, request } from '../../http-client.ts';

/** Points of one request; with more rows the cloud answers with means. */
const pointsMax = 5_000;
/** Time before the newest row in which its window is looked for at first, then eight times as long, up to about a month. */
const firstMs = 300_000;
const growth = 8;
const triesMax = 5;

interface Series {
  timesMs: number[];
  values: Record<string, (number | null)[]>;
}

/** The rows of a machine up to the newest that was judged, from the store of the cloud; null if there are none. */
export async function storedRows(
  cloud: Endpoint,
  { gateway, subject, window }: StoredDecision,
): Promise<StoredReadings | null> {
  const [site = '', machine = ''] = subject.split('/');
  if (!window) return null;
  const endMs = Date.parse(window.end);
  let best: Series | null = null;
  for (let spanMs = firstMs, tries = 0; tries < triesMax; spanMs *= growth, tries++) {
    const query = new URLSearchParams({ site, machine, gateway, points: String(pointsMax) });
    query.set('from', String(endMs - spanMs));
    query.set('to', String(endMs + 1));
    const series = (await request(cloud, 'GET', `/api/readings?${query}`)) as Series;
    // They may be means of several rows, which nobody has judged.
    if (series.timesMs.length > pointsMax / 2) break;
    best = series;
    // As many again as the window has: a sensor may have kept a value for longer.
    if (series.timesMs.length >= 2 * window.rows) break;
  }
  if (!best || best.timesMs.length === 0) return null;
  const { timesMs, values } = best;
  const sensors = Object.keys(values);
  return {
    ...{ site, machine, sensors, timesMs },
    rows: timesMs.map((_, i) => sensors.map((sensor) => values[sensor]?.[i] ?? null)),
  };
}
