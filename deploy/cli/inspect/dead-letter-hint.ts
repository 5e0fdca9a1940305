/** Points to dead letters where somebody looks for readings and finds none. */
import { shellQuoted, toolName } from '../../shown-commands.ts';
import { findEndpoint, request } from '../http-client.ts';
import type { ReachOptions } from '../options.ts';

/**
 * Returns a sentence about the dead letters of the gateway that runs beside the cloud; null if it has none, or if there
 * is no gateway in the same data folder.
 */
export async function deadLetterHint({ data, url }: ReachOptions): Promise<string | null> {
  if (url !== undefined) return null;
  try {
    const gateway = findEndpoint('gateway', data === undefined ? {} : { data });
    const status = (await request(gateway, 'GET', '/api/status')) as { deadLetters: { count: number } };
    const { count } = status.deadLetters;
    if (count === 0) return null;
    const command = `${toolName()} deadletters list${data === undefined ? '' : ` --data ${shellQuoted(data)}`}`;
    const became = count === 1 ? 'a message became a dead letter' : `${count} messages became dead letters`;
    return `${became} and no reading: ${command}`;
  } catch {
    return null;
  }
}
