import { HttpError } from './errors.ts';

/** Reads a selection: some, by their names, or all. A missing list never means all. @throws HttpError 400 */
export function selectionOf<K>(name: string, listed: K[] | undefined, all: true | undefined): K[] | 'all' {
  if (listed && !all) return listed;
  if (all && !listed) return 'all';
  throw new HttpError(400, 'API_INPUT', `body must be either {"${name}": [...]} or {"all": true}`);
}
