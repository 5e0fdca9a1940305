import { SettingsBody, settingsText } from '../../../../shared/contract/fleet/settings.ts';
import type { FleetKind } from '../../kind.ts';

/** The schema was checked before. Which settings there are, and which values they may have, is known to each gateway. */
export const settings: FleetKind = {
  kind: 'settings',
  about: 'A setting of gateways in place of what their configuration files say.',
  body: SettingsBody,
  problem: () => null,
  nameOf: (body) => (body as SettingsBody).setting,
  text: (body) => settingsText(body as SettingsBody),
};
