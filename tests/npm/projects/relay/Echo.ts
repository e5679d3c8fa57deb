// An app that is written with Relay.
import {
  Environment,
  Network,
  RecordSource,
  Store,
  fetchQuery,
  getSingularSelector,
  graphql,
  type FetchFunction,
  type SingularReaderSelector,
} from 'relay-runtime';
import query, { type EchoQuery } from './__generated__/EchoQuery.graphql';
import fragment, { type Echo_point$data, type Echo_point$key } from './__generated__/Echo_point.graphql';
import { type Noted, persisted, time, variables } from './shared';

// For the compiler, which finds documents in calls of `graphql`. Babel would put what it makes of them here; below it is
// imported.
export const documents = () => [
  graphql`
    fragment Echo_point on Point { x y }
  `,
  graphql`
    query EchoQuery($point: PointInput!, $text: String!, $time: Timestamp!, $long: Int64!, $times: [StringTimestampPairInput!]!) {
      echoPoint(v: $point) { ...Echo_point }
      text: echoString(v: $text)
      time: %echoTime%(v: $time)
      long: %echoLong%(v: $long)
      times: %echoTimes%(v: $times) { key value }
    }
  `,
];

export async function main(url: string, texts: Record<string, string>) {
  const noted: Noted[] = [];
  const send = persisted(url, texts, noted);
  const network: FetchFunction = (request, variables) => send(request.id!, variables);
  const environment = new Environment({ network: Network.create(network), store: new Store(new RecordSource()) });
  const ask = async (variables: EchoQuery['variables']): Promise<EchoQuery['response']> => {
    const data = await fetchQuery<EchoQuery>(environment, query, variables).toPromise();
    if (!data) throw new Error('no data');
    return data;
  };
  const read = (key: Echo_point$key) => {
    const selector = getSingularSelector(fragment, key) as SingularReaderSelector;
    return environment.lookup(selector).data as Echo_point$data;
  };

  const data = await ask(variables);
  const point: { readonly x: number; readonly y: number } = read(data.echoPoint);
  const text: string = data.text;
  const times: ReadonlyArray<{ readonly key: string; readonly value: string }> | null | undefined = data.times;

  // What TypeScript has to find.
  // @ts-expect-error: a field that was not asked for
  data.echoBool;
  // @ts-expect-error: the fields of a fragment are seen through the fragment
  data.echoPoint.x;
  // @ts-expect-error: a string is no number
  const number: number = data.text;
  const wrong = () => [
    // @ts-expect-error: a point has two numbers
    ask({ ...variables, point: { x: 1 } }),
    // @ts-expect-error: null where there is none
    ask({ ...variables, text: null }),
    // @ts-expect-error: pairs, not an object
    ask({ ...variables, times: { k: time } }),
  ];
  const refused = await ask({ ...variables, time: 'noon' }).catch((error: Error) => error.message);
  return { seen: { point, text, time: data.time, long: data.long, times }, refused, requests: noted };
}
