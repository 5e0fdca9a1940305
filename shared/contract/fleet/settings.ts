/** The content of documents of the kind `settings`: one setting of a gateway's configuration, in place of what its file says. */
import { type Static, Type } from '@sinclair/typebox';

export const SettingsBody = Type.Object({
  setting: Type.String({
    pattern: '^[a-z][A-Za-z]{0,39}(\\.[a-z][A-Za-z]{0,39}){1,4}$',
    maxLength: 140,
    description: 'its place in the configuration of the gateway, e.g. decisions.alerts.sampleMs',
  }),
  value: Type.Union([Type.Number(), Type.Boolean(), Type.String({ maxLength: 200 })]),
});
export type SettingsBody = Static<typeof SettingsBody>;

/** Says it in words. */
export const settingsText = ({ setting, value }: SettingsBody) => `${setting} is ${JSON.stringify(value)}`;
