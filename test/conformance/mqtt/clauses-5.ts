/** The normative statements of MQTT 5.0 about a server, written as those of 3.1.1. */
export const clauses5 = `
1.5.4-1 text that is not UTF-8 is malformed
1.5.4-2 text with U+0000 is malformed
1.5.4-3 a byte order mark is kept
1.5.5-1 a length has no more bytes than it needs
1.5.7-1 both texts of a pair are UTF-8
2.1.3-1 reserved flags have their values
2.2.1-2 QoS 0 has no packet id
2.2.1-3 packet ids are not 0
2.2.1-4 a server's messages have ids that are not in use
2.2.1-5 answers to PUBLISH have its id
2.2.1-6 SUBACK and UNSUBACK have the id of what they answer
2.2.2-1 a packet without properties says so
3.1.0-1 CONNECT comes first
3.1.0-2 a second CONNECT is a protocol error
3.1.2-1 another protocol name is refused
3.1.2-2 ~ an unknown version cannot be answered in its own form; it gets the answer of 3.1.1: shown there by 3.1.2-2
3.1.2-3 the reserved flag of CONNECT is 0
3.1.2-4 Clean Start discards what there was
3.1.2-5 without it a session is resumed
3.1.2-6 or made
3.1.2-7 a will is kept
3.1.2-8 and published when the connection fails
3.1.2-9 with Will Flag, its fields are there
3.1.2-10 DISCONNECT takes the will away
3.1.2-11 without Will Flag, its QoS is 0
3.1.2-12 a will has no QoS 3
3.1.2-13 without Will Flag, Retain is 0
3.1.2-14 a will without Retain is not retained
3.1.2-15 a will with Retain is retained
3.1.2-16 no user name without its flag
3.1.2-17 a user name with its flag
3.1.2-18 no password without its flag
3.1.2-19 a password with its flag
3.1.2-20 ~ about clients: they send PINGREQ
3.1.2-21 ~ the broker sends no Server Keep Alive: it takes any
3.1.2-22 one and a half intervals of silence end the connection
3.1.2-23 a session lasts as long as asked
3.1.2-24 nothing larger than the client's Maximum Packet Size
3.1.2-25 what is larger counts as sent
3.1.2-26 no alias above the client's maximum
3.1.2-27 none where there is no maximum
3.1.2-28 no Response Information unasked
3.1.2-29 no Reason String where it is not wanted
3.1.2-30 ~ about clients
3.1.3-1 @ gateway/sources/mqtt/specification.test.ts: 3.1.3-1: bytes after the fields of CONNECT
3.1.3-2 @ gateway/sources/mqtt/mqtt5/sessions5.test.ts: last as long as their client asks, also when it asks at the end, and over a restart
3.1.3-3 ~ the first field of the payload is read as the id: shown by 3.1.3-5
3.1.3-4 ~ shown by 1.5.4-1: the parser checks every text in the same place
3.1.3-5 ids of 1 to 23 letters and digits are taken
3.1.3-6 an empty id gets one
3.1.3-7 CONNACK says which
3.1.3-8 an id that is not taken is refused with 0x85
3.1.3-9 a will that waits is not sent where the client is back
3.1.3-10 ~ as 3.3.2-18
3.1.3-11 ~ shown by 1.5.4-1: the parser checks every text in the same place
3.1.3-12 ~ shown by 1.5.4-1: the parser checks every text in the same place
3.1.4-1 a CONNECT that does not fit is refused
3.1.4-2 and one that is not admitted
3.1.4-3 a second connection with an id ends the first, with 0x8E
3.1.4-4 Clean Start is heeded
3.1.4-5 CONNACK with code 0 answers a CONNECT
3.1.4-6 after a refusal nothing is processed
3.2.0-1 CONNACK comes first
3.2.0-2 and once
3.2.2-1 reserved bits of CONNACK are 0
3.2.2-2 Session Present is 0 after Clean Start
3.2.2-3 it says whether there is a session
3.2.2-4 ~ about clients
3.2.2-5 ~ about clients
3.2.2-6 it is 0 in a refusal
3.2.2-7 a refusal ends the connection
3.2.2-8 it has one of the reason codes
3.2.2-9 Maximum QoS is told where it is below 2
3.2.2-10 subscriptions at any QoS are taken
3.2.2-11 ~ about clients of a server with a lower QoS
3.2.2-12 ~ about servers with a lower QoS
3.2.2-13 where something is not there, it is told
3.2.2-14 ~ about clients of a server that does not retain
3.2.2-15 a larger packet is answered with 0x95
3.2.2-16 an assigned id is nobody else's
3.2.2-17 aliases above the maximum are refused
3.2.2-18 ~ about clients of a server without aliases
3.2.2-19 no text that the client takes no packet for
3.2.2-20 ~ the broker sends no User Property of its own
3.2.2-21 ~ about clients
3.2.2-22 without Server Keep Alive that of the client holds
3.3.1-1 what is sent again has DUP
3.3.1-2 QoS 0 has no DUP
3.3.1-3 ~ DUP of what goes out is set by the delivery alone: shown by 3.3.1-1
3.3.1-4 QoS 3 is malformed
3.3.1-5 a message with RETAIN is kept
3.3.1-6 an empty one removes it
3.3.1-7 an empty one is not kept
3.3.1-8 without RETAIN nothing changes
3.3.1-9 Retain Handling 0: each subscription gets it
3.3.1-10 Retain Handling 1: each new one
3.3.1-11 Retain Handling 2: none
3.3.1-12 without Retain As Published it goes out without RETAIN
3.3.1-13 with it, as it came
3.3.2-1 the topic comes first, in UTF-8
3.3.2-2 a topic has no wildcards
3.3.2-3 a message has the topic that it was published on
3.3.2-4 Payload Format Indicator goes on
3.3.2-5 @ gateway/sources/mqtt/mqtt5/sessions5.test.ts: a message that has expired is not sent, from a queue or as retained
3.3.2-6 @ gateway/sources/mqtt/mqtt5/sessions5.test.ts: a message that has expired is not sent, from a queue or as retained
3.3.2-7 aliases hold for one connection
3.3.2-8 alias 0 is refused
3.3.2-9 ~ about clients
3.3.2-10 aliases up to the maximum are taken
3.3.2-11 the broker sends none above the client's maximum
3.3.2-12 ~ about clients
3.3.2-13 Response Topic is UTF-8
3.3.2-14 and has no wildcards
3.3.2-15 Response Topic goes on
3.3.2-16 Correlation Data go on
3.3.2-17 User Properties go on
3.3.2-18 equal names in their order; between different names it is lost (see decision 0040)
3.3.2-19 Content Type is UTF-8
3.3.2-20 Content Type goes on
3.3.4-1 PUBLISH is answered by its QoS
3.3.4-2 overlapping filters: the highest QoS
3.3.4-3 identifiers of subscriptions come with the message
3.3.4-4 those of all that match
3.3.4-5 ~ the broker sends one copy
3.3.4-6 a client sends none
3.3.4-7 a client keeps to the Receive Maximum
3.3.4-8 ~ about clients
3.3.4-9 the broker keeps to the client's
3.3.4-10 and delays nothing else
3.4.2-1 PUBACK has one of its codes
3.4.2-2 no Reason String where it is not wanted or too long
3.4.2-3 ~ the broker sends no User Property of its own
3.5.2-1 PUBREC has one of its codes
3.5.2-2 no Reason String where it is not wanted or too long
3.5.2-3 ~ the broker sends no User Property of its own
3.6.1-1 flags of PUBREL
3.6.2-1 PUBREL has one of its codes
3.6.2-2 no Reason String where it is not wanted
3.6.2-3 ~ the broker sends no User Property of its own
3.7.2-1 PUBCOMP has one of its codes
3.7.2-2 ~ the broker sends no Reason String in PUBCOMP
3.7.2-3 ~ the broker sends no User Property of its own
3.8.1-1 flags of SUBSCRIBE
3.8.3-1 filters are UTF-8
3.8.3-2 SUBSCRIBE has a filter
3.8.3-3 No Local
3.8.3-4 ~ shared subscriptions are refused before their options are looked at
3.8.3-5 reserved bits are 0
3.8.4-1 SUBSCRIBE is answered with SUBACK
3.8.4-2 with the same id
3.8.4-3 an equal filter replaces the earlier one
3.8.4-4 Retain Handling says whether retained messages come
3.8.4-5 several filters are handled as several packets
3.8.4-6 SUBACK has a code for each
3.8.4-7 which grants a QoS or refuses
3.8.4-8 a message has at most the QoS that was granted
3.9.2-1 ~ the broker sends no Reason String in SUBACK
3.9.2-2 ~ the broker sends no User Property of its own
3.9.3-1 codes are in the order of the filters
3.9.3-2 they are those of SUBACK
3.10.1-1 flags of UNSUBSCRIBE
3.10.3-1 its filters are UTF-8
3.10.3-2 it has a filter
3.10.4-1 filters are compared letter by letter
3.10.4-2 nothing new comes
3.10.4-3 what is under way is finished
3.10.4-4 UNSUBACK answers
3.10.4-5 also where there was no subscription
3.10.4-6 several filters are handled as several packets
3.11.2-1 ~ the broker sends no Reason String in UNSUBACK
3.11.2-2 ~ the broker sends no User Property of its own
3.11.3-1 codes are in the order of the filters
3.11.3-2 they are those of UNSUBACK
3.12.4-1 PINGREQ is answered
3.14.0-1 no DISCONNECT before CONNACK
3.14.1-1 DISCONNECT has no flags
3.14.2-1 it has one of its codes
3.14.2-2 a server's has no Session Expiry
3.14.2-3 ~ as 3.2.2-19: the same code writes both
3.14.2-4 ~ the broker sends no User Property of its own
3.14.4-1 ~ the broker closes the connection right after DISCONNECT
3.14.4-2 ~ the broker closes the connection right after DISCONNECT
3.14.4-3 DISCONNECT with code 0 takes the will away
3.15.1-1 AUTH is not taken, whatever its flags
3.15.2-1 ~ the broker sends no AUTH
3.15.2-2 ~ the broker sends no AUTH
3.15.2-3 ~ the broker sends no AUTH
4.1.0-1 the session is kept while its client is connected
4.1.0-2 it ends when its time is over
4.2.0-1 ~ every test here runs over TCP
4.3.1-1 QoS 0 is sent once
4.3.2-1 QoS 1: a new id
4.3.2-2 QoS 1: without DUP at first
4.3.2-3 ~ a message stays in the queue of its session until PUBACK: shown by 4.4.0-1
4.3.2-4 QoS 1: PUBLISH is answered with PUBACK
4.3.2-5 QoS 1: after it, the id is a new message
4.3.3-1 QoS 2: a new id
4.3.3-2 QoS 2: without DUP at first
4.3.3-3 QoS 2: kept until PUBREC
4.3.3-4 QoS 2: PUBREL after PUBREC, unless it has an error
4.3.3-5 QoS 2: PUBREL with the id, kept until PUBCOMP
4.3.3-6 QoS 2: PUBLISH is not sent again after PUBREL
4.3.3-7 ~ as 4.3.3-13, for what goes out: an exchange that has begun is not looked at again
4.3.3-8 QoS 2: PUBLISH is answered with PUBREC
4.3.3-9 QoS 2: after PUBREC with an error, the id is a new message
4.3.3-10 QoS 2: until PUBREL, the id is a copy
4.3.3-11 QoS 2: PUBREL is answered with PUBCOMP
4.3.3-12 QoS 2: after it, the id is a new message
4.3.3-13 QoS 2: expiry changes nothing of it
4.4.0-1 what was not acknowledged is sent again at the next connection, and only then
4.4.0-2 ~ PUBACK and PUBREC with an error take a message out of the queue like any other
4.5.0-1 messages are added to the sessions of subscribers
4.5.0-2 ~ about clients
4.6.0-1 a topic is ordered
4.7.0-1 wildcards are for filters
4.7.1-1 # is the last level
4.7.1-2 + is a whole level
4.7.2-1 wildcards at the first level do not match $
4.7.3-1 topics and filters have a letter
4.7.3-2 and no U+0000
4.7.3-3 ~ the length in front of a text has two bytes
4.7.3-4 nothing is normalised
4.8.2-1 a shared subscription is refused
4.8.2-2 ~ there are no shared subscriptions
4.8.2-3 ~ there are no shared subscriptions
4.8.2-4 ~ there are no shared subscriptions
4.8.2-5 ~ there are no shared subscriptions
4.8.2-6 ~ there are no shared subscriptions
4.9.0-1 the window begins with the client's Receive Maximum
4.9.0-2 at 0 nothing of QoS 1 and 2 goes out
4.9.0-3 everything else goes on
4.12.0-1 an authentication method is refused
4.12.0-2 ~ enhanced authentication is refused
4.12.0-3 ~ enhanced authentication is refused
4.12.0-4 ~ enhanced authentication is refused
4.12.0-5 ~ enhanced authentication is refused
4.12.0-6 without a method, AUTH is a protocol error
4.12.0-7 ~ about clients
4.12.1-1 ~ enhanced authentication is refused
4.12.1-2 ~ enhanced authentication is refused
4.13.1-1 malformed packets and protocol errors end the connection with their code
4.13.2-1 ~ CONNACK and DISCONNECT with a code say that the connection ends: shown by 3.2.2-7 and 4.13.1-1
6.0.0-1 ~ shown for 3.1.1: WebSocket frames are handled before the version is known
6.0.0-2 ~ shown for 3.1.1: bytes are gathered before the version is known
6.0.0-3 ~ about clients
6.0.0-4 ~ shown for 3.1.1: the subprotocol is chosen before the version is known
`;
