import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import { DeviceAccount } from '../../../../shared/devices/account.ts';
import { messageOf } from '../../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../../shared/runtime/validate.ts';
import type { FollowedAccounts } from '../../../ports/devices/devices.ts';
import type { FollowedKind } from '../../../ports/fleet/fleet.ts';

const check = compileValidator(DeviceAccount);
const checked = (body: Record<string, unknown>) => check(body, (problem) => new Error(problem));

/** Documents that give devices accounts here; who may sign in by them is known to gateway/devices. */
export function accountsKind(accounts: FollowedAccounts): FollowedKind {
  return {
    kind: 'accounts',
    problem(body) {
      try {
        return accounts.problem(checked(body));
      } catch (error) {
        return messageOf(error);
      }
    },
    apply: (documents) => accounts.follow(documents.map(deviceOf)),
  };
}

function deviceOf({ body, who, why, askedMs }: DesiredDocument) {
  return { ...checked(body), addedMs: askedMs, changedMs: askedMs, by: who, note: why };
}
