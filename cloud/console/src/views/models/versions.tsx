import type { VNode } from 'preact';
import { plantApi } from '../../api/plant-api.ts';
import type { RegisteredModel, ShownDocument } from '../../api/plant-wire.ts';
import { dateTime } from '../../format.ts';
import { question, whoField, whyField } from '../../parts/ask.tsx';
import { Nothing } from '../../parts/layout/section.tsx';
import { Table } from '../../parts/layout/table.tsx';
import { texts } from '../../words/words.ts';
import { activeOf, roleRequest, type VersionModel, versionBefore, versionModels } from './models-model.ts';

interface Props {
  models: readonly RegisteredModel[];
  documents: readonly ShownDocument[];
  onChanged(): void;
}

/** The versions of the registry, and what can be done with each. */
export function Versions({ models, documents, onChanged }: Props): VNode {
  const words = texts().plant.models;
  if (models.length === 0) return <Nothing text={words.none} help={words.noneHelp} />;
  return (
    <Table
      label={words.versions}
      heads={words.versionHeads}
      rows={versionModels(models, documents).map((version) => ({
        key: version.ref,
        cells: [
          <b key="ref">{version.ref}</b>,
          version.machineType,
          version.does.length === 0 ? words.doesNothing : version.does.join('; '),
          `${version.signedBy}, ${dateTime(version.pushedMs)}`,
          <Actions key="actions" {...{ version, documents, onChanged }} />,
        ],
      }))}
    />
  );
}

function Actions(props: {
  version: VersionModel;
  documents: readonly ShownDocument[];
  onChanged(): void;
}): VNode {
  const { version, documents, onChanged } = props;
  const words = texts().plant.models;
  const ask = (role: 'shadow' | 'ab' | 'active', of: VersionModel = version) => {
    const share = { name: 'share', label: words.share, value: '50', isRequired: true };
    question.value = {
      title: words.actions[role],
      about: words.about[role](of.ref, of.machineType),
      verb: words.actions[role],
      fields: [...(role === 'ab' ? [share] : []), whoField(), whyField()],
      async send(said) {
        const { who = '', why = '' } = said;
        await plantApi.want(roleRequest(of, role, { who, why, share: Number(said.share) }, documents));
        onChanged();
        return undefined;
      },
    };
  };
  const active = activeOf(documents, version.machineType);
  const before = version.isActive ? versionBefore(version.ref, active) : undefined;
  return (
    <span class="alert-buttons">
      {!version.isActive && (
        <>
          <button type="button" class="button" onClick={() => ask('shadow')}>
            {words.actions.shadow}…
          </button>
          <button type="button" class="button" onClick={() => ask('ab')}>
            {words.actions.ab}…
          </button>
          <button type="button" class="button" onClick={() => ask('active')}>
            {words.actions.active}…
          </button>
        </>
      )}
      {before !== undefined && (
        <button type="button" class="button" onClick={() => ask('active', { ...version, ref: before })}>
          {words.rollBack(before)}…
        </button>
      )}
    </span>
  );
}
