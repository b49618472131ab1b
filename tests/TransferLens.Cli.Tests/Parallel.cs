// Tests wait for processes that wait for each other, for nodes and for clocks; two cores have room for a third.
[assembly: Xunit.v3.Parallelization(MaxThreads = 3)]
