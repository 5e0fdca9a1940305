/** Accounts of devices (gateway/ports/devices): the interfaces by which people change them, and sources ask for them. */
import type { DeviceAccount } from '../../../shared/devices/account.ts';

/** The person who asks for a change. */
export interface DeviceChanger {
  by: string;
  address: string;
  note?: string;
}

/** An account as it is kept at this gateway. */
export interface KeptDevice extends DeviceAccount {
  addedMs: number;
  /** When and by whom it was changed last, or added. */
  changedMs: number;
  by: string;
  note?: string;
}

export interface ListedDevice extends Omit<KeptDevice, 'passwordHash'> {
  hasSecret: boolean;
  /** Its origin: added here, or wanted by the cloud. */
  from: 'gateway' | 'cloud';
  /** Why it is not in force; absent if it is. */
  problem?: string;
}

export interface RevokedDevice extends DeviceChanger {
  user: string;
  atMs: number;
}

/** A certificate by which a device signs in. */
export interface PresentedCertificate {
  /** SHA-256, with colons. */
  fingerprint: string;
  /** Its common name, if a CA of the listener has issued it. */
  name?: string;
}

/** Answers to sources, each that of now. */
export interface DeviceAccounts {
  find(user: string): DeviceAccount | null;
  byCertificate(certificate: PresentedCertificate): DeviceAccount | null;
  users(): Iterable<string>;
  /** Calls it with the users whose accounts were added, changed or revoked, when that is in force. */
  onChange(listener: (users: readonly string[]) => void): void;
}

/** Accounts that a cloud wants. */
export interface FollowedAccounts {
  /** Why one cannot be in force; null if it can. */
  problem(account: DeviceAccount): string | null;
  /** Takes these in place of those before. */
  follow(wanted: readonly KeptDevice[]): void;
}

export interface DeviceAdmin {
  list(): ListedDevice[];
  revoked(): RevokedDevice[];
  /**
   * Adds accounts; all or none. Durable and in force when resolved. @throws HarbingerError DEVICES_INVALID, DEVICES_EXIST,
   * DEVICES_TOO_MANY, DEVICES_UNWRITABLE
   */
  add(accounts: readonly DeviceAccount[], who: DeviceChanger): Promise<void>;
  /** Replaces how a device signs in: what it had before is worth nothing any more. @throws HarbingerError DEVICES_UNKNOWN, … */
  rotate(
    user: string,
    by: Pick<DeviceAccount, 'passwordHash' | 'certificate'>,
    who: DeviceChanger,
  ): Promise<void>;
  /** Ends accounts, and the connections of their devices. Durable and in force when resolved. @throws HarbingerError DEVICES_UNWRITABLE */
  revoke(users: readonly string[], who: DeviceChanger): Promise<{ revoked: string[]; unknown: string[] }>;
}
