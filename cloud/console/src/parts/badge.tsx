/**
 * Pieces that several views show (cloud/console/src/parts): badges, bars, alert cards, decision lists, icons. A piece
 * draws what it is given. It fetches nothing and knows no view.
 */
import type { VNode } from 'preact';
import { stateLabel } from '../machine-states.ts';
import type { MachineStateName } from '../wire.ts';
import type { AlertModel } from './alert-model.ts';
import { StateIcon } from './icons.tsx';

/** Shows a state by colour, shape and word. `label`: the word for the state, if another one. */
export function Badge({ state, label }: { state: MachineStateName; label?: string }): VNode {
  return (
    <span class={`badge badge-${state}`}>
      <StateIcon state={state} />
      {label ?? stateLabel(state)}
    </span>
  );
}

export function AlertBadge({ state, ending }: Pick<AlertModel, 'state' | 'ending'>): VNode {
  return state === 'resolved' ? <Badge state="ok" label={ending} /> : <Badge state={state} />;
}
