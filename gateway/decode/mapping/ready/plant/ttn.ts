import type { Mapping } from '../../schema.ts';

/** https://www.thethingsindustries.com/docs/integrations/data-formats/: decoded values are under uplink_message.decoded_payload. */
export const ttn: Mapping = {
  about: 'The Things Stack 3 (TTN): uplinks with a decoded payload.',
  topics: ['v3/+/devices/+/up'],
  rest: 'leave',
  messages: [
    {
      topic: '#/v3/{application}/devices/{machine}/up',
      time: {
        path: ['uplink_message.rx_metadata.0.time', 'uplink_message.received_at', 'received_at'],
        format: 'iso',
      },
      leave: ['end_device_ids', 'correlation_ids', 'received_at', 'simulated', 'uplink_message'],
      fields: [
        { path: 'uplink_message.decoded_payload.{sensor}', sensor: '{sensor}' },
        { path: 'uplink_message.decoded_payload.{sensor}.{part}', sensor: '{sensor}_{part}' },
        { path: 'uplink_message.rx_metadata.0.rssi', sensor: 'rssi', unit: 'dBm' },
        { path: 'uplink_message.rx_metadata.0.snr', sensor: 'snr', unit: 'dB' },
      ],
    },
    { topic: '#/v3/{application}/devices/{machine}/#', skip: true },
  ],
};
