import type { VNode } from 'preact';
import { plantApi } from '../../api/plant-api.ts';
import type { ShownDocument } from '../../api/plant-wire.ts';
import { shortTime } from '../../format.ts';
import { useLoaded } from '../../loaded.ts';
import { question, whoField, whyField } from '../../parts/ask.tsx';
import { AddButton, Nothing, Section } from '../../parts/layout/section.tsx';
import { Table } from '../../parts/layout/table.tsx';
import { texts } from '../../words/words.ts';
import { overrideRequest } from './overrides-model.ts';

const refreshMs = 15_000;

/** The word of people in place of what gateways would decide by themselves. */
export function Overrides({ nowMs }: { nowMs: number }): VNode {
  const words = texts().plant.overrides;
  const loaded = useLoaded(() => plantApi.fleet('overrides'), 'overrides', refreshMs);
  const add = () => {
    const { fields, actions } = words;
    question.value = {
      ...{ title: words.add, about: words.addAbout, verb: words.add },
      fields: [
        {
          ...{ name: 'action', label: fields.action, value: 'mute', isRequired: true },
          choices: (['mute', 'rules', 'stop', 'pin', 'alert'] as const).map((value) => ({
            value,
            label: actions[value],
          })),
        },
        { name: 'where', label: fields.where, isRequired: true },
        { name: 'model', label: fields.model, isRequired: false },
        { name: 'hours', label: fields.hours, value: '8', isRequired: false },
        ...[whoField(), whyField()],
      ],
      async send(said) {
        await plantApi.want(overrideRequest(said, nowMs));
        loaded.reload();
        return undefined;
      },
    };
  };
  const remove = ({ name, gateway, text }: ShownDocument) => {
    question.value = {
      ...{ title: words.remove, about: text, verb: words.remove, fields: [whoField(), whyField()] },
      async send({ who = '', why = '' }) {
        await plantApi.unwant({
          kind: 'overrides',
          name,
          ...(gateway !== undefined && { gateway }),
          who,
          why,
        });
        loaded.reload();
        return undefined;
      },
    };
  };
  return (
    <Section
      title={words.title}
      about={words.about}
      loaded={loaded}
      action={<AddButton label={words.add} onClick={add} />}
    >
      {({ documents }) => <OverrideTable documents={documents} nowMs={nowMs} onRemove={remove} />}
    </Section>
  );
}

export function OverrideTable(props: {
  documents: readonly ShownDocument[];
  nowMs: number;
  onRemove(document: ShownDocument): void;
}): VNode {
  const words = texts().plant.overrides;
  const current = props.documents.filter(({ isOver }) => !isOver);
  if (current.length === 0) return <Nothing text={words.none} />;
  return (
    <Table
      label={words.title}
      heads={words.heads}
      rows={current.map((document) => {
        const { kind, name, gateway, text, who, why, untilMs, gateways } = document;
        const others = gateways.filter(({ differs }) => differs !== null);
        return {
          key: `${kind} ${name} ${gateway}`,
          cells: [
            text,
            `${who === '' ? '' : `${who}: `}${why}`,
            untilMs === undefined ? words.untilRemoved : shortTime(untilMs, props.nowMs),
            others.length === 0
              ? texts().plant.inForce
              : others.map((each) => `${each.gateway}: ${each.differs}`).join('; '),
            <button key="remove" type="button" class="button" onClick={() => props.onRemove(document)}>
              {words.remove}…
            </button>,
          ],
        };
      })}
    />
  );
}
