import type { FieldMapping, Mapping } from '../../schema.ts';

const time = { path: 'Timestamp', format: 'iso' };
/** One message may have data sets with a name and others without. */
const machine = ['{.DataSetWriterName}', '{.PublisherId}-{.DataSetWriterId}', '{.PublisherId}'];
const leave = [
  ...['MessageId', 'MessageType', 'PublisherId', 'DataSetClassId', 'WriterGroupName', 'DataSetWriterId'],
  ...['DataSetWriterName', 'SequenceNumber', 'MetaDataVersion', 'MinorVersion', 'Timestamp', 'Status'],
  ...['Type', 'UaType', 'StatusCode', 'Status', 'SourceTimestamp', 'ServerTimestamp'].map(inValue),
  ...['SourcePicoseconds', 'ServerPicoseconds'].map(inValue),
];
/** Values alone, variants, data values; structures and lists by the names of their parts. */
const fields: FieldMapping[] = [
  {
    ...{ path: 'Payload.{sensor}', sensor: '{sensor}', time: 'SourceTimestamp' },
    value: ['Value.Body', 'Value.Value', 'Value', 'Body'],
  },
  { path: 'Payload.{sensor}.{part}', sensor: '{sensor}_{part}' },
];

function inValue(name: string): string {
  return `Payload.*.${name}`;
}

/**
 * https://reference.opcfoundation.org/Core/Part14/v105/docs/7.2.5 and its examples in A.3: network messages with data sets. What
 * has no `MessageType` is a data set, or a list of them, without the header of the network message.
 */
export const opcua: Mapping = {
  about:
    'OPC UA PubSub in JSON: a machine is a data set writer by its name, or a publisher with the writer’s number.',
  topics: ['opcua/json/data/#'],
  rest: 'leave',
  messages: [
    ...['ua-metadata', 'ua-status', 'ua-application', 'ua-endpoints', 'ua-connection'].map((MessageType) => ({
      where: { MessageType },
      skip: true,
    })),
    { has: 'Messages', each: 'Messages', ...{ machine, time, leave, fields } },
    { each: '.', ...{ machine: [...machine, '{.DataSetWriterId}'], time, leave, fields } },
  ],
};
