// Requests and secrets, through the SDK's http and secrets packages.
package main

import (
	"github.com/hypermodeinc/modus/sdk/go/pkg/http"
	"github.com/hypermodeinc/modus/sdk/go/pkg/secrets"
)

// What a server answered.
type Answer struct {
	Status     uint16
	StatusText string
	Ok         bool
	Headers    [][]string
	Body       []byte
}

// Sends a request with headers, given as lists of a name and its values.
func Exchange(method, url string, headers [][]string, body []byte) (*Answer, error) {
	options := &http.RequestOptions{Method: method, Headers: headers, Body: body}
	response, err := http.Fetch(http.NewRequest(url, options))
	if err != nil {
		return nil, err
	}
	return &Answer{
		Status:     response.Status,
		StatusText: response.StatusText,
		Ok:         response.Ok(),
		Headers:    response.Headers.Entries(),
		Body:       response.Body,
	}, nil
}

// Gets a text.
func Text(url string) (string, error) {
	response, err := http.Fetch(url)
	if err != nil {
		return "", err
	}
	return response.Text(), nil
}

// The values of a header of a response, joined by commas.
func ResponseHeader(url, name string) (*string, error) {
	response, err := http.Fetch(url)
	if err != nil {
		return nil, err
	}
	return response.Headers.Get(name), nil
}

// A thing in stock.
type Item struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Posts an item as JSON and answers the item that came back.
func SendItem(url, name string, count int) (*Item, error) {
	options := &http.RequestOptions{Method: "post", Body: Item{name, count}}
	response, err := http.Fetch(url, options)
	if err != nil {
		return nil, err
	}
	var item Item
	if err := response.JSON(&item); err != nil {
		return nil, err
	}
	return &item, nil
}

// The value of a secret.
func Secret(name string) (string, error) {
	return secrets.GetSecretValue(name)
}

// Posts a text and answers the answer's.
func Post(url, body string) (string, error) {
	response, err := http.Fetch(url, &http.RequestOptions{Method: "post", Body: body})
	if err != nil {
		return "", err
	}
	return response.Text(), nil
}
