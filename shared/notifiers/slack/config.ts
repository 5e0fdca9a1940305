import { type Static, Type } from '@sinclair/typebox';
import { pageLinkSetting, secretUrl } from '../chat-settings.ts';
import { commonSettings } from '../settings.ts';

export const SlackConfig = Type.Object(
  {
    ...commonSettings,
    url: Type.String({
      ...secretUrl,
      description:
        'The address of an incoming webhook of Slack, or of Mattermost, Rocket.Chat or Discord (with /slack at its end), which take the same form. Who knows it can post: best from an environment variable.',
      examples: ['https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXX'],
    }),
    ...pageLinkSetting,
  },
  { additionalProperties: false },
);
export type SlackConfig = Static<typeof SlackConfig>;
