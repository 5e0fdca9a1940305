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

/** Settings that are read whenever they are needed, so that another value counts at once. */
export const liveSettings: readonly string[] = [
  ...[
    'updateMsMin',
    'updateLifeChange',
    'nowMsMin',
    'nowPerMinuteMax',
    'estimateMsMin',
    'sampleMs',
    'recordsPerMinuteMax',
    'flapping.returnMs',
    'flapping.holdMs',
    'flapping.holdMsMax',
  ].map((name) => `decisions.alerts.${name}`),
  ...[
    'promote',
    'readingsMin',
    'guardMsMin',
    'failuresMin',
    'failedShareMax',
    'agreementMin',
    'differenceMax',
    'alertsFactorMax',
  ].map((name) => `decisions.promotion.${name}`),
  ...['downloadBytesPerS', 'downloadBytesMax', 'downloadsMax'].map((name) => `models.${name}`),
];

/** Settings by which something is made when the gateway starts. */
export const startSettings: readonly string[] = [
  ...['budgetMs', 'breaker.failures', 'breaker.halfOpenAfterMs', 'breaker.latencyShare'].map(
    (name) => `decisions.alerts.${name}`,
  ),
  ...['batchMax', 'intervalMsMin', 'requestMsMax', 'saveNormalsMs'].map((name) => `intelligence.${name}`),
];
