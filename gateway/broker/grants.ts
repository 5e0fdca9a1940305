import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { BrokerUser } from './config.ts';
import type { Rights } from './rights.ts';
import { compileFilters, covers, type Filter, parseFilter } from './topics.ts';

/** The topic filters that a user may publish and subscribe to, as configured. */
export type Grants = Pick<BrokerUser, 'publish' | 'subscribe'>;

/** The rights that `grants` give to one connected client, with `{user}` and `{client}` filled in. */
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

/**
 * Checks that every filter is valid, so that a typing error does not become a missing right. `owner` names whose grants
 * these are, for the message.
 * @throws HarbingerError CONFIG_INVALID
 */
export function checkGrants(grants: Grants, owner: string): void {
  for (const text of [...grants.publish, ...grants.subscribe]) {
    if (!parseFilter(text, { user: 'u', client: 'c' })) {
      throw new HarbingerError('CONFIG_INVALID', 'config', `${owner}: '${text}' is not a valid topic filter`);
    }
  }
}
