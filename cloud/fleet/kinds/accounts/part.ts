import { accountProblem, DeviceAccount } from '../../../../shared/devices/account.ts';
import { effectiveRights } from '../../../../shared/devices/rights.ts';
import type { FleetKind } from '../../kind.ts';

/** The schema was checked before. */
const asBody = (body: Record<string, unknown>) => body as unknown as DeviceAccount;

export const accounts: FleetKind = {
  kind: 'accounts',
  about: 'Accounts by which devices sign in at a gateway, with their rights and the hashes of their secrets.',
  body: DeviceAccount,
  problem(body, { gateway }) {
    // Asked of all gateways, each would let the device in that is meant for one.
    if (gateway === undefined) return 'say at which gateway the device signs in: {"gateway": "hall"}';
    return accountProblem(asBody(body));
  },
  nameOf: (body) => asBody(body).user,
  text(body) {
    const { publish } = effectiveRights(asBody(body));
    return `device ${asBody(body).user} publishes ${publish.join(', ') || 'nothing'}`;
  },
};
