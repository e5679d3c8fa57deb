// Requests to other servers. Only URLs that a connection of modus.json covers can be reached, and headers with secrets are
// added there: the app never sees them.

import { http } from "@hypermode/modus-sdk-as";

/** The weather at a place. `@alias` is the name of a member in the server's JSON. */
@json
class Weather {
  /** Degrees Celsius. */
  @alias("temperature_2m")
  temperature: f64 = 0;

  /** Kilometres an hour. */
  @alias("wind_speed_10m")
  windSpeed: f64 = 0;
}

/** What the weather server answers. Members that no field asks for are passed over. */
@json
class Forecast {
  current: Weather = new Weather();
}

/** Asks for the weather now, at a place given in degrees. */
export function currentWeather(latitude: f64, longitude: f64): Weather {
  const fields = "temperature_2m,wind_speed_10m";
  const query = `latitude=${latitude}&longitude=${longitude}&current=${fields}`;
  // No connection and no answer at all throw. An answer with an error status is an answer.
  const response = http.fetch(`https://api.open-meteo.com/v1/forecast?${query}`);
  if (!response.ok) throw new Error(`the weather server answered ${response.status} ${response.statusText}`);
  return response.json<Forecast>().current;
}

/** What is sent to everybody who listens to a topic. */
@json
class Message {
  topic: string = "";
  message: string = "";
}

/** What the server made of it. */
@json
class Sent {
  id: string = "";
}

/** Sends a notice to the phones that listen to a topic, and answers its id. Its name begins with `post`: it is a mutation. */
export function postNotice(topic: string, text: string): string {
  const options = new http.RequestOptions();
  options.method = "POST";
  options.headers = http.Headers.from([["Content-Type", "application/json"]]);
  options.body = http.Content.from(<Message>{ topic, message: text });
  const response = http.fetch("https://ntfy.sh/", options);
  if (!response.ok) throw new Error(`the notice was not sent: ${response.status} ${response.statusText}`);
  return response.json<Sent>().id;
}
