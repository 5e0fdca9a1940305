import { type ConfigProblem, doubtful, invalid } from '../../../../shared/config/problem.ts';
import { eachSound, rules } from '../../../../shared/config/sound-view.ts';
import { isSiteTopic, siteTopicPrefix } from '../../../../shared/contract/site/site-topics.ts';
import { weakUserRights } from '../../../../shared/devices/weak.ts';
import { compileFilters, covers, type Filter, parseFilter } from '../../../../shared/mqtt/topic-filter.ts';
import type { BrokerUser } from '../config.ts';
import type { Rights } from '../rights.ts';

/** The topic filters that a user may publish and subscribe to, as configured. */
export type Grants = Pick<BrokerUser, 'publish' | 'subscribe'>;

/** Returns the rights that `grants` give to one connected client, with `{user}` and `{client}` filled in. */
export function rightsOf(grants: Grants, user: string, client: string): Rights {
  const within = (texts: string[]) =>
    texts
      .map((text) => parseFilter(text, { user, client }))
      .filter((filter): filter is Filter => filter !== null);
  const publishable = compileFilters(within(grants.publish));
  const subscribable = within(grants.subscribe);
  return {
    user,
    mayPublish: (topic) => publishable(topic) && !topic.startsWith('$') && !isSiteTopic(topic),
    maySubscribe(text) {
      const filter = parseFilter(text);
      return filter !== null && subscribable.some((permitted) => covers(permitted, filter));
    },
  };
}

/** Reports invalid topic filters, so that a typing error does not become a missing right. @param place of the user */
export function grantProblems(user: BrokerUser, place: string): ConfigProblem[] {
  const ofList = (list: 'publish' | 'subscribe') =>
    eachSound(user[list], (text, i) => {
      const key = `${place}.${list}[${i}]`;
      const isFilter = parseFilter(text, { user: 'u', client: 'c' }) !== null;
      return isFilter ? [] : [invalid(key, `${key}: '${text}' is not a valid topic filter`)];
    });
  return rules(
    () => ofList('publish'),
    () => ofList('subscribe'),
    () => weakUserRights(user).map((weak) => doubtful(place, `${place} (${user.name}) ${weak}`)),
    () =>
      eachSound(user.publish, (text, i) => {
        const key = `${place}.publish[${i}]`;
        const why = `${key}: only the gateway itself publishes below ${siteTopicPrefix}; messages there are refused`;
        return isSiteTopic(text) ? [doubtful(key, why)] : [];
      }),
  );
}
