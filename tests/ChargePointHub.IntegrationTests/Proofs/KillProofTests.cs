using ChargePointHub.Tests.Contract;
