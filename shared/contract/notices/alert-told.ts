import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../topics.ts';

/** A notifier at the site has told its receivers a change of an alert: those of the same group need not be told again. */
export const AlertTold = Type.Object({
  alertId: Type.String({ maxLength: 128 }),
  change: Type.Union([Type.Literal('opened'), Type.Literal('updated'), Type.Literal('resolved')]),
  events: Type.Array(Type.String({ maxLength: 128 }), {
    maxItems: 20,
    description: 'ids of the events whose changes the receivers know by that',
  }),
  group: Type.String({ ...plainName }),
  notifier: Type.String({ ...plainName }),
});
export type AlertTold = Static<typeof AlertTold>;

export const siteGroupsMax = 64;

/** The groups to which a gateway tells a change itself: the cloud waits for its word there, and nowhere else. */
export const SiteGroups = Type.Array(Type.String({ ...plainName }), {
  maxItems: siteGroupsMax,
  description:
    'groups of notifiers that its gateway tells of this change itself; absent from an older gateway, of which that is not known',
});
