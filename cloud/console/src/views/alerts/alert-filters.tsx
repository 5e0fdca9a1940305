import type { VNode } from 'preact';
import { SearchBox } from '../../parts/layout/search-box.tsx';
import type { Alert } from '../../wire.ts';
import { texts } from '../../words/words.ts';
import { type AlertFilter, assignees } from './alerts-model.ts';

interface Props {
  filter: AlertFilter;
  open: readonly Alert[];
  shown: number;
  onChange(changes: Readonly<Record<string, string>>): void;
}

export function AlertFilters({ filter, open, shown, onChange }: Props): VNode {
  const words = texts().alerts;
  return (
    <div class="tools">
      <SearchBox label={words.search} text={filter.search} onChange={onChange} />
      <select
        aria-label={words.severity}
        value={filter.severity}
        onChange={({ currentTarget }) => onChange({ severity: currentTarget.value })}
      >
        <option value="">{words.anySeverity}</option>
        <option value="critical">{texts().fleet.states.critical}</option>
        <option value="warning">{texts().fleet.states.warning}</option>
      </select>
      <select
        aria-label={words.inWhoseHands}
        value={filter.work}
        onChange={({ currentTarget }) => onChange({ work: currentTarget.value })}
      >
        <option value="">{words.anybody}</option>
        <option value="waiting">{words.waiting}</option>
        <option value="shelved">{words.shelved}</option>
        {assignees(open).map((name) => (
          <option key={name} value={`@${name}`}>
            {words.looksAfter(name)}
          </option>
        ))}
      </select>
      <p class="muted shown" role="status">
        {shown === open.length ? '' : words.count(shown, open.length)}
      </p>
    </div>
  );
}
