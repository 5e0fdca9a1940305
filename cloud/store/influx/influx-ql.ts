import { HarbingerError } from '../../../shared/runtime/errors.ts';

/** InfluxQL, which versions 1, 2 and 3 all answer at /query: names and texts escaped, answers read. */

export function identifier(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

export interface QlSeries {
  name?: string;
  columns: string[];
  values?: unknown[][];
}

/** The series of a one-statement answer (or of one piece of it). @throws HarbingerError QUERY_FAILED with what the server says */
export function seriesOf(answer: string): QlSeries[] {
  const json = parsed(answer);
  const error = json.error ?? json.results?.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) throw new HarbingerError('QUERY_FAILED', 'store', `InfluxDB: ${error}`);
  return json.results?.flatMap((result) => result.series ?? []) ?? [];
}

function parsed(answer: string): { error?: string; results?: { error?: string; series?: QlSeries[] }[] } {
  try {
    return JSON.parse(answer);
  } catch {
    throw new HarbingerError('QUERY_FAILED', 'store', 'the answer to a query is not that of an InfluxDB');
  }
}
