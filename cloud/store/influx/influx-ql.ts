import { HarbingerError } from '../../../shared/runtime/errors.ts';

/** InfluxQL, which versions 1, 2 and 3 all answer at /query: escapes names and texts, and reads answers. */

export function identifier(name: string): string {
  return `"${name.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

export interface QlSeries {
  name?: string;
  tags?: Record<string, string>;
  columns: string[];
  values?: unknown[][];
}

/** The series in the answer to one statement, or in one piece of it. @throws HarbingerError QUERY_FAILED */
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
