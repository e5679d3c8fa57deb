// Local times, through the SDK's localtime package.
package main

import (
	"time"

	"github.com/hypermodeinc/modus/sdk/go/pkg/localtime"
)

// The time now, as an instant.
func UtcTime() time.Time {
	return time.Now().UTC()
}

// The time now in the caller's zone, with its offset.
func LocalTime() (string, error) {
	now, err := localtime.Now()
	if err != nil {
		return "", err
	}
	return now.Format(time.RFC3339Nano), nil
}

// The time now in a zone, with its offset.
func TimeInZone(zone string) (string, error) {
	now, err := localtime.NowInZone(zone)
	if err != nil {
		return "", err
	}
	return now.Format(time.RFC3339Nano), nil
}

// The name of the caller's zone.
func LocalTimeZone() string {
	return localtime.GetTimeZone()
}

// A given instant in a zone, by the zone's own data: summer and winter time must be right.
func InZone(at time.Time, zone string) (string, error) {
	location, err := localtime.GetLocation(zone)
	if err != nil {
		return "", err
	}
	return at.In(location).Format(time.RFC3339Nano), nil
}

func IsValidZone(zone string) bool {
	return localtime.IsValidTimeZone(zone)
}
