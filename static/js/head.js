// Tells the stylesheet that scripts run: what needs them appears, what stands in for them goes.
document.documentElement.classList.add("js");
