/** The settings that every notifier has. */
import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../contract/topics.ts';
import { ToldHours, UnacknowledgedMin } from './told-when/hours.ts';

export const NotifierFilter = Type.Object(
  {
    severity: Type.Union([Type.Literal('warning'), Type.Literal('critical')], {
      default: 'warning',
      description: 'The least severe alerts to be told of.',
    }),
    sites: Type.Optional(
      Type.Array(Type.String({ ...plainName }), {
        minItems: 1,
        maxItems: 1_000,
        description: 'Only alerts of these sites; without it those of all.',
        examples: [['hall-1', 'hall-2']],
      }),
    ),
    changes: Type.Array(
      Type.Union([Type.Literal('opened'), Type.Literal('updated'), Type.Literal('resolved')]),
      {
        minItems: 1,
        default: ['opened', 'updated', 'resolved'],
        description: 'The changes of an alert to be told of.',
      },
    ),
    hours: Type.Optional(ToldHours),
    unacknowledgedMin: Type.Optional(UnacknowledgedMin),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Which alerts this notifier is told of; without it all.',
  },
);
export type NotifierFilter = Static<typeof NotifierFilter>;

/** Keys of every notifier's configuration, to be spread into its schema. */
export const commonSettings = {
  name: Type.String({
    ...plainName,
    description: 'A name of your choice, unique among all notifiers.',
    examples: ['technicians'],
  }),
  filter: NotifierFilter,
  group: Type.Optional(
    Type.String({
      ...plainName,
      description:
        'The people or systems that are told: what a notifier of a gateway has told its group, one of the cloud with the same group does not tell again. The cloud waits up to a minute for the word of a gateway that tells the group of a change, and for no other; what has ended by then is told as ended.',
      examples: ['maintenance'],
    }),
  ),
  timeoutMs: Type.Integer({
    minimum: 100,
    maximum: 300_000,
    default: 10_000,
    description: 'How long one attempt may take.',
  }),
  attemptsMax: Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: 50,
    description: 'Attempts after which a notification is given up and becomes a dead letter.',
  }),
  backoffFirstMs: Type.Integer({
    minimum: 10,
    maximum: 3_600_000,
    default: 1_000,
    description: 'The wait before the second attempt; it doubles each time.',
  }),
  backoffMaxMs: Type.Integer({
    minimum: 10,
    maximum: 3_600_000,
    default: 600_000,
    description: 'The longest wait between two attempts.',
  }),
};

/** The settings that the runner of notifications and the alert rules read from any notifier. */
export type CommonSettings = Static<ReturnType<typeof commonObject>>;
const commonObject = () => Type.Object(commonSettings);
