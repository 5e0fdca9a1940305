import { HttpError } from './errors.ts';

/** Some, by their names, or all: never all because a list was forgotten. @throws HttpError 400 */
export function whichOf<K>(name: string, listed: K[] | undefined, all: true | undefined): K[] | 'all' {
  if (listed && !all) return listed;
  if (all && !listed) return 'all';
  throw new HttpError(400, 'API_INPUT', `body must be either {"${name}": [...]} or {"all": true}`);
}
