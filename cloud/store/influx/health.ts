import type { InfluxTarget } from './config.ts';
import type { InfluxAnswer } from './http.ts';

/** Returns the path at which a server says whether it is well. */
export function healthPathOf(version: InfluxTarget['version']): string {
  return version === 1 ? '/ping' : '/health';
}

/**
 * Whether an answer is that of a well InfluxDB, and not the page of something between: a proxy or a captive portal may
 * answer everything with 200. Version 1 answers without content, 2 with JSON, and 3 with `OK`.
 */
export function isWell(version: InfluxTarget['version'], { status, text }: InfluxAnswer): boolean {
  if (version === 1) return status === 204;
  if (status !== 200) return false;
  return text.trim() === 'OK' || hasPassed(text);
}

function hasPassed(text: string): boolean {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'status' in answer && answer.status === 'pass';
  } catch {
    return false;
  }
}
