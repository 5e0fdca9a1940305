import type { Mapping } from '../../schema.ts';

/** https://reference.opcfoundation.org/Core/Part14/v105/docs/7.2.5: network messages with data sets, values raw, variants or data values. */
export const opcua: Mapping = {
  about: 'OPC UA PubSub in JSON: a machine is a data set writer, or the publisher.',
  topics: ['opcua/json/data/#'],
  rest: 'leave',
  messages: [
    { where: { MessageType: 'ua-metadata' }, skip: true },
    { where: { MessageType: 'ua-status' }, skip: true },
    {
      each: 'Messages.*',
      machine: '{.DataSetWriterName|.PublisherId}',
      time: { path: 'Timestamp', format: 'iso' },
      leave: [
        'MessageId',
        'MessageType',
        'PublisherId',
        'DataSetClassId',
        'WriterGroupName',
        'DataSetWriterId',
        'DataSetWriterName',
        'SequenceNumber',
        'MetaDataVersion',
        'MinorVersion',
        'Status',
      ],
      fields: [
        {
          path: 'Payload.{sensor}',
          sensor: '{sensor}',
          value: ['Value.Body', 'Value.Value', 'Value', 'Body'],
        },
      ],
    },
  ],
};
