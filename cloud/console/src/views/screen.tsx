import type { VNode } from 'preact';
import { route } from '../address/address.ts';
import type { Route } from '../address/router.ts';
import type { State } from '../state.ts';
import { texts } from '../words/words.ts';
import { AlertsView } from './alerts/alerts.tsx';
import { AuditView } from './audit/audit.tsx';
import { DecisionsView } from './decisions/decisions.tsx';
import { FleetView } from './fleet/fleet.tsx';
import { GatewaysView } from './gateways/gateways.tsx';
import { InboxView } from './inbox/inbox.tsx';
import { MachineView } from './machine/machine.tsx';
import { ModelsView } from './models/models.tsx';
import { SettingsView } from './settings/settings.tsx';

/** The view that the address names. */
export function Screen({ state }: { state: State }): VNode {
  const shown = route.value;
  switch (shown.view) {
    case 'machine':
      return <MachineView state={state} address={shown} />;
    case 'alerts':
      return <AlertsView state={state} />;
    case 'decisions':
      return <DecisionsView key={shown.subject} subject={shown.subject} />;
    case 'gateways':
      return <GatewaysView state={state} />;
    case 'inbox':
      return <InboxView />;
    case 'models':
      return <ModelsView state={state} />;
    case 'settings':
      return <SettingsView state={state} />;
    case 'audit':
      return <AuditView />;
    case 'fleet':
      return <FleetView state={state} />;
  }
}

export function titleOf(shown: Route): string {
  return shown.view === 'machine' ? shown.machine : texts().frame[shown.view];
}
