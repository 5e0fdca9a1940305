import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { BrokerUser } from './config.ts';
import { compileFilters, covers, type Filter, parseFilter } from './topics.ts';

/** What one connected client may do. */
export interface Rights {
  user: string;
  mayPublish(topic: string): boolean;
  /** A subscription must lie within one permitted filter; `$SYS` needs a filter that names it. */
  maySubscribe(filter: string): boolean;
}

export type Grants = Pick<BrokerUser, 'publish' | 'subscribe'>;

export function rightsOf(grants: Grants, user: string, client: string): Rights {
  const within = (texts: string[]) =>
    texts
      .map((text) => parseFilter(text, { user, client }))
      .filter((filter): filter is Filter => filter !== null);
  const publishable = compileFilters(within(grants.publish));
  const subscribable = within(grants.subscribe);
  return {
    user,
    mayPublish: (topic) => publishable(topic) && !topic.startsWith('$'),
    maySubscribe(text) {
      const filter = parseFilter(text);
      return filter !== null && subscribable.some((permitted) => covers(permitted, filter));
    },
  };
}

/** @throws HarbingerError CONFIG_INVALID where a filter is none, so that a typing error does not become a missing right */
export function checkGrants(grants: Grants, of: string): void {
  for (const text of [...grants.publish, ...grants.subscribe]) {
    if (!parseFilter(text, { user: 'u', client: 'c' })) {
      throw new HarbingerError('CONFIG_INVALID', 'config', `${of}: '${text}' is not a valid topic filter`);
    }
  }
}
