import type { DeviceAccounts } from '../../../gateway/ports/devices/devices.ts';

/** Nobody has made an account for a device. */
export const noDevices: DeviceAccounts = {
  find: () => null,
  byCertificate: () => null,
  users: () => [],
  onChange: () => undefined,
};
