// Requests to other servers. Only URLs that a connection of modus.json covers can be reached, and headers with secrets are
// added there: the app never sees them.
package main

import (
	"fmt"

	"github.com/hypermodeinc/modus/sdk/go/pkg/http"
)

// The weather at a place. A tag is the name of a member in the server's JSON.
type Weather struct {

	// Degrees Celsius.
	Temperature float64 `json:"temperature_2m"`

	// Kilometres an hour.
	WindSpeed float64 `json:"wind_speed_10m"`
}

// Asks for the weather now, at a place given in degrees.
func CurrentWeather(latitude, longitude float64) (*Weather, error) {
	const url = "https://api.open-meteo.com/v1/forecast?latitude=%g&longitude=%g&current=temperature_2m,wind_speed_10m"
	response, err := http.Fetch(fmt.Sprintf(url, latitude, longitude))
	if err != nil {
		// No connection, or no answer at all.
		return nil, err
	}
	// An answer with an error status is an answer.
	if !response.Ok() {
		return nil, fmt.Errorf("the weather server answered %d %s", response.Status, response.StatusText)
	}
	// Members that no field asks for are passed over.
	var forecast struct {
		Current Weather `json:"current"`
	}
	if err := response.JSON(&forecast); err != nil {
		return nil, err
	}
	return &forecast.Current, nil
}

// Sends a notice to the phones that listen to a topic, and answers its id. Its name begins with Post: it is a mutation.
func PostNotice(topic, text string) (string, error) {
	response, err := http.Fetch("https://ntfy.sh/", &http.RequestOptions{
		Method:  "POST",
		Headers: map[string]string{"Content-Type": "application/json"},
		Body:    map[string]string{"topic": topic, "message": text},
	})
	if err != nil {
		return "", err
	}
	if !response.Ok() {
		return "", fmt.Errorf("the notice was not sent: %d %s", response.Status, response.StatusText)
	}
	var sent struct {
		Id string `json:"id"`
	}
	if err := response.JSON(&sent); err != nil {
		return "", err
	}
	return sent.Id, nil
}
